-- SPDX-License-Identifier: MIT
-- What the driver itself says to the database. Pragmas take effect when they are compiled, so the driver runs these texts
-- anew each time instead of keeping them prepared.

-- Salts and what a forgotten visitor left must not outlive their rows in pages that are free: Debian's SQLite is built
-- so, others are not.
-- name: db_pragmas_write
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA wal_autocheckpoint = 0;
PRAGMA journal_size_limit = 67108864;
PRAGMA foreign_keys = ON;
PRAGMA trusted_schema = OFF;
PRAGMA cell_size_check = ON;
PRAGMA cache_size = -5120;
PRAGMA mmap_size = 268435456;
PRAGMA secure_delete = ON;

-- Nothing is mapped: it would count as ours once for each reader that maps it, and one backup reads the whole file. The
-- page cache is small, because there are eight of them and the system's own cache stands behind.
-- No query_only: such a handle is opened read-only, which is stronger, and query_only would forbid VACUUM INTO.
-- name: db_pragmas_read
PRAGMA wal_autocheckpoint = 0;
PRAGMA foreign_keys = ON;
PRAGMA trusted_schema = OFF;
PRAGMA cell_size_check = ON;
PRAGMA cache_size = -2048;

-- name: db_trim
PRAGMA mmap_size = 0;
PRAGMA shrink_memory;

-- name: db_sync_full
PRAGMA synchronous = FULL;

-- name: db_sync_normal
PRAGMA synchronous = NORMAL;

-- name: db_begin_write
BEGIN IMMEDIATE;

-- name: db_begin_read
BEGIN;

-- name: db_commit
COMMIT;

-- name: db_rollback
ROLLBACK;

-- Differs from what it was before when another handle has committed since. Unlike the pragmas above it may be prepared.
-- name: db_data_version
PRAGMA data_version;

-- name: db_nested
SAVEPOINT item;

-- name: db_nested_release
RELEASE item;

-- name: db_nested_rollback
ROLLBACK TO item;

-- name: db_integrity
PRAGMA integrity_check(1);

-- name: db_integrity_quick
PRAGMA quick_check(1);

-- name: db_file_bytes
SELECT page_count * page_size FROM pragma_page_count, pragma_page_size;

-- name: db_copy_to
VACUUM INTO :path;

-- name: db_table_count
SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\';

-- name: db_migrations_exist
SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migration';

-- Which migrations this file went through. checksum: XXH3 of the text, so that an edited old one is noticed.
-- name: db_migrations_create
CREATE TABLE IF NOT EXISTS schema_migration (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    checksum INTEGER NOT NULL,
    applied_ms INTEGER NOT NULL
) STRICT;

-- name: db_migrations_each
SELECT number, name, checksum FROM schema_migration ORDER BY number;

-- name: db_migration_insert
INSERT INTO schema_migration (number, name, checksum, applied_ms) VALUES (:number, :name, :checksum, :applied_ms);
