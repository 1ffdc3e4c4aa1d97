"""Print a token for trying the API."""

import argparse
from datetime import timedelta

from ai_module_runtime.http.tokens import Tokens


def print_token(tokens: Tokens) -> None:
    """Read the command line (`alice --permission documents:read`) and print the token, and nothing else."""
    parser = argparse.ArgumentParser(prog="python -m app.token", description="Print a signed token.")
    parser.add_argument("user", help="the user's id")
    parser.add_argument("--permission", action="append", default=[], metavar="NAMESPACE:VERB", help="repeatable")
    parser.add_argument("--admin", action="store_true", help="pass every permission check")
    parser.add_argument("--hours", type=float, default=12, help="lifetime (default: 12)")
    arguments = parser.parse_args()
    try:
        lifetime = timedelta(hours=arguments.hours)
        token = tokens.create(arguments.user, arguments.permission, admin=arguments.admin, lifetime=lifetime)
    except OverflowError:
        parser.error("--hours is out of range")
    except ValueError as error:
        parser.error(str(error))
    print(token)
