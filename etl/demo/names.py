"""Names in use all over the north of the country; none stands for a person alive."""

from typing import Final

import numpy as np


def _list(text: str) -> list[str]:
    return [name.strip() for name in text.replace("\n", " ").split(",")]


_HAMLETS: Final = _list("""
    Đồng Tâm, Tân Lập, Tân Tiến, Đoàn Kết, Hòa Bình, Bình Minh, Trung Tâm, Tân Thành, Tân Hòa,
    Phú Thịnh, Đồng Xe, Đồng Chằm, Đồng Kiệm, Đồng Vàng, Gốc Gạo, Gốc Đa, Cây Thị, Cây Xanh,
    Cầu Đá, Cầu Gỗ, Khe Cạn, Khe Mo, Làng Cả, Làng Mới, Làng Giữa, Soi Vàng, Soi Mít, Bãi Bông,
    Bãi Á, Nà Khoang, Nà Lẹng, Nà Bản, Nà Hoan, Nà Ca, Nà Đon, Bản Cáu, Bản Vèn, Bản Chang, Bản Lạ,
    Bản Đồn, Khuổi Lừa, Khuổi Đeng, Khuổi Nà, Khuổi Tấy, Phiêng Liềng, Phiêng Phung, Cốc Pái,
    Cốc Lùng, Thôm Mò, Thôm Chầu, Lũng Pảng, Lũng Vài, Kéo Nàng, Kéo Pựt, Pác Nghiên, Pác Châm,
    Tổng Ngay, Tổng Chảo, Quang Trung, Quyết Tiến, Thắng Lợi, Việt Cường, Ao Sen, Ao Cống,
    Vườn Thông, Vườn Dẫy, Núi Hột, Núi Dài, Ngọc Lâm, Cao Sơn, Đồi Chè, Đồng Bụt, Đầm Mương
""")

STREETS: Final = _list("""
    Hoàng Văn Thụ, Lương Ngọc Quyến, Bắc Kạn, Phan Đình Phùng, Bến Tượng, Minh Cầu, Nha Trang,
    Dương Tự Minh, Cách Mạng Tháng Tám, Bắc Nam, Quang Trung, Đội Cấn, Hùng Vương, Lê Lợi,
    Trần Hưng Đạo, Nguyễn Du, Lý Thường Kiệt, Ngô Quyền, Đinh Tiên Hoàng, Hai Bà Trưng, Bà Triệu,
    Nguyễn Trãi, Lý Nam Đế, Phan Bội Châu, Phan Chu Trinh, Nguyễn Huệ, Chu Văn An, Lê Quý Đôn,
    Nguyễn Bỉnh Khiêm, Xuân Diệu, Tố Hữu, Kim Đồng, Trần Phú, Ngô Gia Tự, Nguyễn Thị Minh Khai,
    Thanh Niên, Thống Nhất, Độc Lập, Giải Phóng, 3 Tháng 2, 30 Tháng 4, Việt Bắc, Phủ Liễn, Z115,
    Gang Thép, Lưu Nhân Chú, Túc Duyên, Phú Xá, Tân Thịnh, Đồng Bẩm, Chùa Hang, Thắng Lợi
""")
"""Streets are named by place, date and history; the order is the order of use in a town."""


def hamlets(unit_type: str, count: int, random: np.random.Generator) -> list[str]:
    """Name the hamlets of a commune, or number the residential groups of a ward."""
    if unit_type == "ward":
        return [f"Tổ {number}" for number in range(1, count + 1)]
    kind = random.choice(["Xóm", "Thôn"])
    return [f"{kind} {name}" for name in random.permutation(_HAMLETS)[:count]]


def street(number: int) -> str:
    """Name the streets of a town by their place in its grid, 0 being in the middle."""
    rank = 2 * number if number >= 0 else -2 * number - 1
    return f"Đường {STREETS[rank % len(STREETS)]}"


def inside(name: str) -> str:
    """Write a name as it stands inside a sentence: its first word is a common noun."""
    return f"{name[0].lower()}{name[1:]}"
