"""Documents of both banks, of invented people, providers and numbers."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

NCB: dict[str, Any] = {
    "profile": "testamur-credit-bank-1",
    "bank": "ncb",
    "numbers": [{"scheme": "ncb-certificate", "value": "NCB-2025-000042"}],
    "title": {"zh": "学习成果认证证明", "en": "Certificate of recognition of learning outcomes"},
    "issued": "2025-06-30",
    "issuer": {
        "name": {"zh": "国家开放大学学分银行", "en": "Credit Bank of the Open University of China"},
        "country": "CN",
    },
    "learner": {
        "names": [
            {"use": "legal", "language": "zh", "full": "吕思远", "family": "吕", "given": "思远"},
            {"use": "romanised", "language": "zh-latn", "full": "LYU SIYUAN", "source": "passport"},
        ],
        "numbers": [{"scheme": "ncb-account", "value": "A-0000-0042"}],
        "born": "2001-10-03",
        "gender": "女",
    },
    "outcomes": [
        {
            "numbers": [{"scheme": "ncb-outcome", "value": "LO-0001"}],
            "title": {"zh": "数据库原理", "en": "Principles of Databases"},
            "status": "积累",
            "levels": [
                {
                    "framework": "学习成果框架",
                    "value": "5",
                    "label": {"zh": "第五级", "en": "Level five"},
                }
            ],
            "fields": [
                {"scheme": "ncb-field", "code": "06", "label": {"zh": "信息技术", "en": "Information technology"}}
            ],
            "credits": 4,
            "hours": [72],
            "results": [{"grade": {"zh": "良好", "en": "Good"}}],
            "term": {"zh": "2024年秋季学期"},
            "recognisedOn": "2025-03-02",
            "learned": [{"title": {"zh": "能设计关系数据库", "en": "Can design a relational database"}}],
            "sources": [
                {
                    "kind": "学历教育",
                    "providers": [{"name": {"zh": "虚构职业技术学院", "en": "Fictional Polytechnic"}, "country": "CN"}],
                    "numbers": [{"scheme": "transcript", "value": "T-77", "issued": "2025-01-20"}],
                }
            ],
        },
        {
            "numbers": [{"scheme": "ncb-outcome", "value": "LO-0002"}],
            "title": {"zh": "网络运维职业技能等级证书（中级）"},
            "status": "认定",
            "levels": [{"framework": "职业技能等级", "value": "中级", "label": {"zh": "中级", "en": "Intermediate"}}],
            "credits": "6.0",
            "recognisedOn": "2025-04-11",
            "sources": [
                {
                    "kind": "职业技能等级证书",
                    "providers": [{"name": {"zh": "虚构培训评价组织"}}],
                    "numbers": [{"scheme": "x-certificate", "value": "X-2025-9", "issued": "2025-02"}],
                }
            ],
        },
        {
            "numbers": [{"scheme": "ncb-outcome", "value": "LO-0003"}],
            "title": {"zh": "计算机网络", "en": "Computer Networks"},
            "status": "转换",
            "credits": "5",
            "recognisedOn": "2025-05-08",
            "conversion": {"rule": "GZ-0815", "from": ["LO-0002"], "creditsIn": "6"},
        },
    ],
}

ACBS: dict[str, Any] = {
    "profile": "testamur-credit-bank-1",
    "bank": "acbs",
    "numbers": [{"scheme": "acbs-certificate", "value": "2024-학-000123"}],
    "title": {"ko": "학점인정증명서", "en": "Certificate of recognised credits"},
    "issued": "2024-03-05",
    "issuer": {
        "name": {"ko": "국가평생교육진흥원", "en": "National Institute for Lifelong Education"},
        "country": "KR",
    },
    "learner": {
        "names": [
            {"use": "legal", "language": "ko", "full": "박예시", "family": "박", "given": "예시"},
            {"use": "alternative", "language": "ko-hani", "full": "朴例示"},
            {"use": "romanised", "language": "ko-latn", "family": "PARK", "given": "YESI"},
        ],
        "numbers": [{"scheme": "acbs-registration", "value": "2019-0-00042"}],
        "born": "1990-05-01",
        "gender": "남",
    },
    "degrees": [
        {
            "numbers": [{"scheme": "acbs-degree", "value": "2024-공-00042"}],
            "title": {"ko": "공학사", "en": "Bachelor of Engineering"},
            "degree": "학사",
            "majors": [{"label": {"ko": "컴퓨터공학", "en": "Computer Engineering"}}],
            "credits": "140",
            "creditsBy": [
                {"class": "전공", "credits": "84"},
                {"class": "교양", "credits": "36"},
                {"class": "일반선택", "credits": "20"},
            ],
            "conferredBy": [{"name": {"ko": "교육부장관", "en": "Minister of Education"}, "country": "KR"}],
            "conferredOn": "2024-02-28",
        }
    ],
    "outcomes": [
        {
            "numbers": [{"scheme": "acbs-outcome", "value": "1"}],
            "title": {"ko": "자료구조", "en": "Data Structures"},
            "status": "학점인정",
            "class": "전공필수",
            "fields": [{"label": {"ko": "컴퓨터공학"}}],
            "credits": "64",
            "results": [{"grade": {"und": "B+"}}],
            "term": {"ko": "2021년 1학기"},
            "recognisedOn": "2021-07",
            "sources": [{"kind": "평가인정 학습과정", "providers": [{"name": {"ko": "가상원격평생교육원"}}]}],
        },
        {
            "numbers": [{"scheme": "acbs-outcome", "value": "2"}],
            "title": {"ko": "정보처리기사"},
            "status": "학점인정",
            "class": "전공선택",
            "credits": "20",
            "recognisedOn": "2022-10-17",
            "sources": [
                {"kind": "자격", "numbers": [{"scheme": "자격증", "value": "00-0-000000", "issued": "2022-06-01"}]}
            ],
        },
        {
            "numbers": [{"scheme": "acbs-outcome", "value": "3"}],
            "title": {"ko": "국어국문학의 이해", "en": "Introduction to Korean Language and Literature"},
            "status": "학점인정",
            "class": "교양",
            "credits": "36",
            "recognisedOn": "2022-10-17",
            "sources": [{"kind": "독학학위제"}],
        },
        {
            "numbers": [{"scheme": "acbs-outcome", "value": "4"}],
            "title": {"ko": "전통목공예"},
            "status": "학점인정",
            "class": "일반선택",
            "credits": "20",
            "recognisedOn": "2023-01-16",
            "sources": [{"kind": "국가무형문화재"}],
        },
    ],
}

ON_THE_WAY: dict[str, Any] = {
    **{name: ACBS[name] for name in ("profile", "bank", "issuer", "learner")},
    "issued": "2022-12-01",
    "programmes": [
        {
            "title": {"ko": "경영학사 과정", "en": "Bachelor of Business Administration"},
            "degree": "학사",
            "majors": [{"label": {"ko": "경영학"}}],
            "credits": "3",
            "creditsBy": [{"class": "교양", "credits": "3"}],
            "since": "2021-01-16",
        }
    ],
    "outcomes": [{"title": {"ko": "철학개론"}, "status": "인정", "class": "교양", "credits": "3"}],
}

PROFILES = {"ncb": NCB, "acbs": ACBS, "on the way": ON_THE_WAY}


def octets(document: dict[str, Any]) -> bytes:
    """A document as its bank would send it."""
    return json.dumps(document, ensure_ascii=False).encode()


def changed(document: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> bytes:
    """A document with something changed."""
    copied = copy.deepcopy(document)
    change(copied)
    return octets(copied)


def _printed(document: dict[str, Any]) -> None:
    """Dates, numbers and words as people type them: full width, points, other words for the same."""
    document["issued"] = "２０２５年6月３０日"
    document["learner"]["born"] = "2001. 10. 3."
    first, second, third = document["outcomes"]
    first |= {"status": "已积累", "credits": "４", "title": "数据库原理"}
    second |= {"status": " Recognised ", "recognisedOn": "20250411", "description": {"zh": "由机构说明"}}
    third["numbers"][0]["value"] = "ＬＯ－０００３"


AS_PRINTED: dict[str, Any] = json.loads(changed(NCB, _printed))
PROFILES["as printed"] = AS_PRINTED
