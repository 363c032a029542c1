-- The owner's login runs the migrations. The application has a login of its own: it owns nothing and may make nothing, and
-- R__grants.sql gives it what it does with each table, and no more. Default privileges are not used, because they would give it
-- everything on every table that is still to come.
revoke create on schema "${flyway:defaultSchema}" from public;
