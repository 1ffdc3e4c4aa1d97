"""Print a token for trying the API: `python -m app.token alice --permission documents:read`."""

from ai_module_runtime.commands.token import print_token

from app.users import tokens

if __name__ == "__main__":
    print_token(tokens)
