"""Migrations from the command line.

python -m app.migrate                            bring all tables up to date
python -m app.migrate document_search "message"  write a revision from the changes in models.py
"""

from ai_module_runtime.commands.migrate import migrate

from app.host import host

if __name__ == "__main__":
    migrate(host)
