"""Extensions that the market's SQL needs, and the table of the shared cache.

On an external server the extensions may have to be made once by its administrator
(docs/running.md); `IF NOT EXISTS` then finds them here.
"""

from django.db import migrations

EXTENSIONS = "".join(
    f"CREATE EXTENSION IF NOT EXISTS {name};" for name in ("cube", "earthdistance", "btree_gist", "pg_trgm")
)
CACHE = """
CREATE TABLE IF NOT EXISTS clutch_cache (
    cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS clutch_cache_expires ON clutch_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [
        migrations.RunSQL(EXTENSIONS, migrations.RunSQL.noop),
        migrations.RunSQL(CACHE, "DROP TABLE IF EXISTS clutch_cache"),
    ]
