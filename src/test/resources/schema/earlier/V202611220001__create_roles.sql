-- The first migration of the builds before V1__roles.sql, and all that a test needs of them.
revoke create on schema "${flyway:defaultSchema}" from public;
