"""Text of the years before Unicode."""

import pyarrow as pa
import pytest

from etl import legacy_text

WRITTEN = "Th«n LÖ S¬n, x· Duy NghÜa"
BACK = {ord(letter): code for code, letter in legacy_text._TCVN3.items()}
READ = "Thôn Lệ Sơn, xã Duy Nghĩa"


def test_tcvn3_is_decoded() -> None:
    column = pa.array([WRITTEN, None, "Ch\xada x¸c ®Þnh", WRITTEN, "ONT"])
    assert legacy_text.decode(column).to_pylist() == [READ, None, "Chưa xác định", READ, "ONT"]


def test_every_letter_has_one_byte() -> None:
    letters = list(legacy_text._TCVN3.values())
    assert len(letters) == len(set(letters)) == 74
    small = set("ăâêôơưđ") | {c for c in letters if c.islower()}
    marked = "àảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"
    assert small == set("ăâêôơưđ") | set(marked)


@pytest.mark.parametrize(
    ("texts", "is_it"),
    [
        ([WRITTEN], True),
        (["Sö dông ®Õn th¸ng 7/2015", "L©u dµi"], True),
        (["ONT", "LUC"], False),
        (["Thoân Leä Sôn, xaõ Duy Nghóa, huyeän Duy Xuyeân, tænh Quaûng Nam"], False),
        (["Hòa Khoai, Thúy, giá, quà, quỷ".translate(BACK)], True),
        ([], False),
        (["Café de l'Hôtel", "Müller Straße", "Köln"], False),
        (["São Paulo", "Contagem", "Rua Três Irmãos"], False),
    ],
)
def test_only_what_gives_vietnamese_syllables_is_taken_for_it(
    texts: list[str], is_it: bool
) -> None:
    assert legacy_text.is_tcvn3(texts) is is_it
