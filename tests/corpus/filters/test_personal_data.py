"""Does a text hold what may be somebody's address or number?"""

import pytest

from condor.corpus.filters.personal_data import check_personal_data


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Write to s.whitfield@northmoor.gov.uk.", "e-mail"),
        ("邮箱是zhoumin@hnrsj.gov.cn，请注明。", "e-mail"),
        ("Call (415) 832-9071 now.", "phone"),
        ("Call +1 415-832-9071.", "phone"),
        ("电话15927360481，必有重谢。", "phone"),
        ("电话 159-2736-0481。", "phone"),
        ("座机 027-87659430。", "phone"),
        ("Ring +49 171 3920485.", "phone"),
        ("The card 4539 1488 0343 6467 was charged.", "card"),
        ("卡号4539148803436467。", "card"),
        ("Card 4539 1488 0343 6467 12/27.", "card"),
        ("Card 4539148803436467 123", "card"),
        ("Room 12 4539-1488-0343-6467.", "card"),
        ("Card 2223 0031 2200 3222.", "card"),
        ("Card 3782 822463 10013 is mine.", "card"),
        ("Call (415)823-9917.", "phone"),
        ("Call 4158239917.", "phone"),
        ("Ring 00 44 7911 834627.", "phone"),
        ("Ring 020 7123 4987.", "phone"),
        ("电话（010）62751407。", "phone"),
        ("电话010-6275 1407。", "phone"),
        ("固话 0571 8765 4329。", "phone"),
        ("手机１３９１２８３７４６５。", "phone"),
        ("Write to john.smith@my.com.", "e-mail"),
        ("Write to jan.novak@email.cz.", "e-mail"),
    ],
)
def test_what_may_be_somebodys_is_found_and_not_repeated(text: str, kind: str) -> None:
    rejection = check_personal_data(text)
    assert rejection is not None
    assert rejection.rule == "personal_data"
    assert rejection.figure == 1
    assert kind in rejection.detail
    assert not any(word in rejection.detail for word in ("whitfield", "zhoumin", "9071", "0481", "6467"))


@pytest.mark.parametrize(
    "text",
    [
        "ada@example.com, b@mail.example.org, c@host.test, yourname@provider.com, name@company.com",
        "Call 212-555-0147 or 1-800-222-1222 or +44 7700 900123.",
        "手机 13800138000，138-0000-0000，热线 400-820-8820。",
        "ISBN 978-0-306-40615-7, 2026-03-15 10:12, 3.14159265358979, v1.2.3.4",
        "Order 4539148803436468, tracking 1Z999AA10123456784",  # no check digit of a card
        "Test with 4242 4242 4242 4242 or 378282246310005.",
        "人口 14亿1178万，圆周率 3.141592653589793，坐标 30.5928,114.3055",
        "@home, a@b, user@localhost",
        "Run `git clone git@github.com:python/cpython.git`, or ask support@yourcompany.com.",
        "Write to public-inquiries@hq.nasa.gov or call NASA Headquarters at 202-358-0001.",
        "北京大学总机是010-62751407。",
        "2147483648 is one more than an int holds; ISBN 0262510871, order 4158239917.",
        "2 4 6 8 10 12 14 16 18 20 22 24 26 28 30 32 34 36 38 40 42 44 46 48 50",
        "07700 900123, 020 7946 0958, 0800 555 321, 00 30 60 90 120",
    ],
)
def test_what_is_kept_free_or_made_up_is_safe(text: str) -> None:
    assert check_personal_data(text) is None


def test_the_figure_counts_each_once() -> None:
    rejection = check_personal_data("peter.h@gmail.com, peter.h@gmail.com and (415) 832-9071")
    assert rejection is not None
    assert rejection.figure == 2
    assert rejection.detail == "it holds 1 e-mail addresses, 1 phone numbers"
