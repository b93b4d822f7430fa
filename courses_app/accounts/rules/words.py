"""The choices of this room."""

from __future__ import annotations

from enum import StrEnum


class OrganizationKind(StrEnum):
    SUPERVISING = "supervising"  # 監理団体
    IMPLEMENTING = "implementing"  # 実習実施者
    ACCEPTING = "accepting"  # 特定技能所属機関
    REGISTERED_SUPPORT = "registered_support"  # 登録支援機関
    SENDING = "sending"  # 送出機関
    OTHER = "other"


class LicenceClass(StrEnum):
    GENERAL = "general"  # 一般監理事業
    SPECIFIED = "specified"  # 特定監理事業


class MemberStatus(StrEnum):
    """Supporting membership (賛助会員): the member fee counts only once staff have verified it."""

    NONE = "none"
    PENDING = "pending"
    VERIFIED = "verified"


class TokenPurpose(StrEnum):
    CONFIRM = "confirm"  # shows that the mailbox is theirs
    RESET = "reset"  # lets them choose a new password
