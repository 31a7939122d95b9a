"""Logs that say what happened and nothing of anybody: no names, no numbers, no query strings, no values in errors.

What is logged is filtered here, by rule, so that no careless call can spill a person's data: text that looks like an
ID number, a telephone or an account is cut out, fields that hold what people typed are dropped, and an exception is
reduced to its type and the lines it passed through, since its message may quote the value that caused it.
"""

import re
import sys
import traceback

import structlog

# A run of digits of the length of a mobile number, a bank account or an ID number.
NUMBERS = re.compile(r"(?<![0-9A-Za-z-])(?:1[3-9]\d{9}|\d{17}[\dXx]|\d{16}|\d{19})(?![0-9A-Za-z-])")
QUERY = re.compile(r"\?\S*")
PERSONAL_FIELDS = frozenset(
    "name names head head_name full_name id_number phone telephone account bank_account address data post params query "
    "body form cleaned_data values user_agent referer cookies headers".split()
)


def without_personal_data(_logger, _method: str, event: dict) -> dict:
    """Drop fields that hold what people typed, cut queries and numbers of persons out of the others."""
    return {key: _cleaned(value) for key, value in event.items() if key not in PERSONAL_FIELDS}


def _cleaned(value):
    if isinstance(value, str):
        return NUMBERS.sub("[number]", QUERY.sub("", value))
    if isinstance(value, dict):
        return {key: _cleaned(inner) for key, inner in value.items() if key not in PERSONAL_FIELDS}
    if isinstance(value, list | tuple):
        return [_cleaned(inner) for inner in value]
    return value


def with_bare_exception(_logger, _method: str, event: dict) -> dict:
    """Put an exception's type and lines in place of the exception, leaving its message out."""
    information = event.pop("exc_info", None)
    if information is True:
        information = sys.exc_info()
    error = information[1] if isinstance(information, tuple) else information
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["lines"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
        ]
    event.pop("exception", None)
    return event


def _shared_processors(*, bare: bool) -> list:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso"),
        *([with_bare_exception] if bare else []),
        without_personal_data,
    ]


def configure(*, as_json: bool, level: str) -> dict:
    """Set structlog up and return Django's LOGGING: one stream; JSON lines and bare exceptions in production."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared_processors(bare=as_json),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
                "foreign_pre_chain": _shared_processors(bare=as_json),
            }
        },
        "handlers": {"stream": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stream"], "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True, "level": level},
            "django.server": {"handlers": [], "propagate": True},
        },
    }
