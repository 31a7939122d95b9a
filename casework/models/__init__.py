"""What is kept of cases, of what is posted about them, of objections, and the public register."""

from casework.models.cases import Case, CaseEvent, Paper
from casework.models.holidays import Holiday
from casework.models.notices import Notice, NoticeEntry
from casework.models.objections import Objection
from casework.models.register import PublicRecord
from casework.models.reminders import Reminder

__all__ = ["Case", "CaseEvent", "Holiday", "Notice", "NoticeEntry", "Objection", "Paper", "PublicRecord", "Reminder"]
