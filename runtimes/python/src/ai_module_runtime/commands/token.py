"""Print a token for trying the API: `python -m app.token alice --permission documents:read`."""

import argparse
from datetime import timedelta

from app.api.v1.auth import create_token


def main() -> None:
    """Read the command line and print the token, and nothing else."""
    parser = argparse.ArgumentParser(prog="python -m app.token", description="Print a signed token.")
    parser.add_argument("user", help="the user's id")
    parser.add_argument("--permission", action="append", default=[], metavar="NAMESPACE:VERB", help="repeatable")
    parser.add_argument("--admin", action="store_true", help="pass every permission check")
    parser.add_argument("--hours", type=float, default=12, help="lifetime (default: 12)")
    arguments = parser.parse_args()
    lifetime = timedelta(hours=arguments.hours)
    print(create_token(arguments.user, arguments.permission, admin=arguments.admin, lifetime=lifetime))


if __name__ == "__main__":
    main()
