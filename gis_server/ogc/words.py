"""Words of the HTML pages, in both languages."""

from collections.abc import Mapping

from layers.model import Text

WORDS: Mapping[str, Text] = {
    "demo": {"vi": "Dữ liệu trình diễn", "en": "Demonstration data"},
    "demo_some": {
        "vi": "Dữ liệu trình diễn: một số lớp không phải số liệu thật",
        "en": "Demonstration data: some layers are not real figures",
    },
    "map": {"vi": "Bản đồ", "en": "Map"},
    "home": {"vi": "Trang đầu", "en": "Home"},
    "collections": {"vi": "Các lớp dữ liệu", "en": "Collections"},
    "conformance": {
        "vi": "Phần của tiêu chuẩn được đáp ứng",
        "en": "Parts of the standard that are kept",
    },
    "openapi": {"vi": "Mô tả giao diện (OpenAPI)", "en": "API definition (OpenAPI)"},
    "layer": {"vi": "Lớp", "en": "Layer"},
    "id": {"vi": "Mã", "en": "Id"},
    "description": {"vi": "Nội dung", "en": "Description"},
    "owner": {"vi": "Cơ quan quản lý", "en": "Owner"},
    "licence": {"vi": "Giấy phép", "en": "Licence"},
    "extent": {"vi": "Phạm vi (kinh độ, vĩ độ)", "en": "Extent (longitude, latitude)"},
    "period": {"vi": "Thời gian", "en": "Period"},
    "crs": {"vi": "Hệ toạ độ", "en": "Coordinate reference systems"},
    "storage": {"vi": "lưu trữ", "en": "storage"},
    "items": {"vi": "Các đối tượng", "en": "Features"},
    "item": {"vi": "Đối tượng", "en": "Feature"},
    "fields": {"vi": "Các trường", "en": "Fields"},
    "queryables": {"vi": "Trường dùng để lọc", "en": "Queryables"},
    "schema": {"vi": "Cấu trúc dữ liệu", "en": "Schema"},
    "name": {"vi": "Tên", "en": "Name"},
    "title": {"vi": "Tiêu đề", "en": "Title"},
    "type": {"vi": "Kiểu", "en": "Type"},
    "unit": {"vi": "Đơn vị", "en": "Unit"},
    "values": {"vi": "Giá trị", "en": "Values"},
    "links": {"vi": "Liên kết", "en": "Links"},
    "geometry": {"vi": "Hình học", "en": "Geometry"},
    "of": {"vi": "trên tổng số", "en": "of"},
    "none": {"vi": "Không có đối tượng nào.", "en": "There are no features."},
    "next": {"vi": "Trang sau", "en": "Next page"},
    "prev": {"vi": "Trang trước", "en": "Previous page"},
    "on_map": {"vi": "Xem trên bản đồ", "en": "See on the map"},
    "address": {"vi": "Địa chỉ", "en": "Address"},
    "parameters": {"vi": "Tham số", "en": "Parameters"},
    "problem": {"vi": "Không trả lời được", "en": "This cannot be answered"},
    "yes": {"vi": "có", "en": "yes"},
    "no": {"vi": "không", "en": "no"},
}
