"""Feature ids: what a key may be, so that an address can end with it (RFC 3986).

One rule for loads and for edits, as a regular expression that Python and RE2 (Arrow) read alike.
"""

LONGEST = 255
"""Letters of a key; an address and an index of the database hold no end of them."""

UNADDRESSABLE = r"[\x00-\x1f\x7f-\x9f" + "\u2028\u2029" + r"]|(^|/)\.{0,2}(/|$)"
"""Found in a key that no address can end with: a control character or the end of a line; a slash at
an end or beside another; a part between slashes that is ``.`` or ``..``, which clients resolve."""
