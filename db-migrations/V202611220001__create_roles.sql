-- Run by the owner's login. ${app} is the application's role, already quoted.
--
-- The application owns nothing and may make nothing: each later migration grants on its own tables what the application
-- does with them, and no more (an append-only table is granted insert and select). Default privileges are not used,
-- because they would give every future table everything.
revoke create on schema "${flyway:defaultSchema}" from public;
grant usage on schema "${flyway:defaultSchema}" to ${app};
