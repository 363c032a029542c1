-- The collector reads the references of millions of paths: a row each for a path with all of them is a tenth of the work.

alter table path_held add column refs integer[];
create index path_held_without_refs on path_held (scope) where refs is null and scope > 0;
comment on column path_held.refs is
    'Numbers of the paths that it refers to, itself left out, as path_edge has them too; null: not filled yet, or a Nix store''s';
