-- Flyway runs this at every start, behind the migrations: as the owner, or as the application where that is one login.
select audit.set_up_roles();
select make_audit_partitions(6);
