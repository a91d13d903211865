# Debian packages: says which are missing and installs only those. Sourced by setup.sh.

postgres_root=${postgres_root:-/usr/lib/postgresql}
postgres_share=${postgres_share:-/usr/share/postgresql}
policy_rc_d=${policy_rc_d:-/usr/sbin/policy-rc.d}
sbin=${sbin:-/usr/sbin:/sbin}
qgis_plugins=${qgis_plugins:-/usr/lib/qgis/plugins}
system_python=${system_python:-/usr/lib/python3/dist-packages}
createcluster_dir=${createcluster_dir:-/etc/postgresql-common/createcluster.d}

has_postgis() { [ -e "$postgres_share/$1/extension/postgis.control" ]; }

# The newest installed PostgreSQL that is new enough, with PostGIS preferred.
postgres_version() {
    local version found=
    for version in $(ls "$postgres_root" 2>/dev/null | grep -xE '[0-9]+' | sort -n); do
        [ "$version" -ge 15 ] && [ -x "$postgres_root/$version/bin/initdb" ] || continue
        if [ -z "$found" ] || has_postgis "$version" || ! has_postgis "$found"; then
            found=$version
        fi
    done
    printf '%s' "$found"
}

missing_database() {
    local version
    version=$(postgres_version)
    [ -n "$version" ] || printf '%s\n' postgresql-15
    has_postgis "${version:-none}" || printf '%s\n' "postgresql-${version:-15}-postgis-3"
}

missing_test_tools() {
    have chromium || printf '%s\n' chromium
    have ogrinfo || printf '%s\n' gdal-bin
    PATH=$PATH:$sbin have nginx || printf '%s\n' nginx
    has_qgis || printf '%s\n' python3-qgis qgis-providers
}

# The smallest set with QGIS's Python and its OGC provider: 275 MB to download, 1.3 GB on disk, a
# minute. QGIS runs in the distribution's own Python.
has_qgis() {
    [ -e "$qgis_plugins/libprovider_wfs.so" ] && [ -e "$system_python/qgis/core/__init__.py" ]
}

# rasterio's wheel expects the system's libexpat.
missing_libraries() {
    # An ordinary user's PATH lacks /sbin.
    local libraries
    libraries=$(PATH=$PATH:$sbin ldconfig -p)
    [[ $libraries == *'libexpat.so.1 '* ]] || printf '%s\n' libexpat1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -o DPkg::Lock::Timeout=300 --quiet --yes "$@"
}

# Debian starts a cluster of its own with the server package; ours is private and enough.
without_default_cluster() {
    local setting=$createcluster_dir/gis-server.conf
    as_root mkdir -p "${setting%/*}"
    printf 'create_main_cluster = false\n' | as_root tee "$setting" >/dev/null
    local status=0
    "$@" || status=$?
    as_root rm -f "$setting"
    return "$status"
}

# Debian starts what it installs and at every boot; nginx is here for tests that start their own.
without_services() {
    local status=0
    if [ -e "$policy_rc_d" ]; then
        "$@"
        return
    fi
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy_rc_d" >/dev/null
    as_root chmod 755 "$policy_rc_d"
    "$@" || status=$?
    as_root rm -f "$policy_rc_d"
    return "$status"
}

not_at_boot() {
    if have systemctl; then
        as_root systemctl disable "$1"
    fi
}

install_packages() {
    [ $# -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ] && ! have sudo; then
        fail "Packages are missing: run 'apt-get install $*' as root, then run the command again."
    fi
    have apt-get || fail "Packages are missing: install $* by hand (this is not a Debian machine)."
    need_space /
    say "Installing $* from the distribution ..."
    logged "apt-get could not install $*: check its package sources and the network, then run again" \
        without_services without_default_cluster apt_install "$@"
}

# Nothing that is installed already is upgraded: that could restart a database of somebody else.
apt_install() {
    apt update && apt install --no-install-recommends --no-upgrade "$@" || return
    [[ " $* " != *' nginx '* ]] || not_at_boot nginx
}
