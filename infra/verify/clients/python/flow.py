"""What the programs of the generated Python clients share: what they are given, and what they report."""

import json
import os
from datetime import datetime, timedelta

URL = os.environ["LEASEHOLD_URL"]
SESSION = os.environ["LEASEHOLD_SESSION"]
WRONG_SESSION = os.environ["LEASEHOLD_WRONG_SESSION"]
ORGANIZATION = os.environ["LEASEHOLD_ORGANIZATION"]


def kind(problem: str) -> str:
    """Return the end of a problem's type, such as token-dead."""
    return problem.partition("#problem-")[2]


def later(before: datetime, after: datetime) -> bool:
    """Tell whether an extended lease ends after the one before, by at least 13 days."""
    return after - before > timedelta(days=13)


def report(**facts: object) -> None:
    print(json.dumps(facts))
