-- The owner's login runs the migrations. The application has a login of its own, which owns nothing and may make nothing;
-- R__grants.sql grants it what it does with each table, and no more. Default privileges are not used, because they would grant
-- it everything on every later table.
revoke create on schema "${flyway:defaultSchema}" from public;
