-- The same base names, four times as fast: 1 us in place of 5. It says the same, so that what was computed by it stays.
--
-- Each character is put into a string of bytes: appending texts to each other copies all before each time.

create or replace function store_path_base_name(hash bytea, name text) returns text
    language sql
    immutable
    parallel safe
as
$$
    select encode(
        set_byte(set_byte(set_byte(set_byte(set_byte(set_byte(set_byte(set_byte(set_byte(set_byte(set_byte(set_byte(set_byte(set_byte(set_byte(set_byte(set_byte(set_byte(set_byte(set_byte(set_byte(set_byte(set_byte(set_byte(set_byte(set_byte(set_byte(set_byte(set_byte(set_byte(set_byte(set_byte(
        '00000000000000000000000000000000'::bytea
        , 0, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, (get_byte(hash, 19) >> 3) & 31))
        , 1, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, ((get_byte(hash, 18) >> 6) | (get_byte(hash, 19) << 2)) & 31))
        , 2, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, (get_byte(hash, 18) >> 1) & 31))
        , 3, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, ((get_byte(hash, 17) >> 4) | (get_byte(hash, 18) << 4)) & 31))
        , 4, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, ((get_byte(hash, 16) >> 7) | (get_byte(hash, 17) << 1)) & 31))
        , 5, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, (get_byte(hash, 16) >> 2) & 31))
        , 6, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, ((get_byte(hash, 15) >> 5) | (get_byte(hash, 16) << 3)) & 31))
        , 7, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, get_byte(hash, 15) & 31))
        , 8, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, (get_byte(hash, 14) >> 3) & 31))
        , 9, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, ((get_byte(hash, 13) >> 6) | (get_byte(hash, 14) << 2)) & 31))
        , 10, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, (get_byte(hash, 13) >> 1) & 31))
        , 11, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, ((get_byte(hash, 12) >> 4) | (get_byte(hash, 13) << 4)) & 31))
        , 12, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, ((get_byte(hash, 11) >> 7) | (get_byte(hash, 12) << 1)) & 31))
        , 13, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, (get_byte(hash, 11) >> 2) & 31))
        , 14, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, ((get_byte(hash, 10) >> 5) | (get_byte(hash, 11) << 3)) & 31))
        , 15, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, get_byte(hash, 10) & 31))
        , 16, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, (get_byte(hash, 9) >> 3) & 31))
        , 17, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, ((get_byte(hash, 8) >> 6) | (get_byte(hash, 9) << 2)) & 31))
        , 18, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, (get_byte(hash, 8) >> 1) & 31))
        , 19, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, ((get_byte(hash, 7) >> 4) | (get_byte(hash, 8) << 4)) & 31))
        , 20, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, ((get_byte(hash, 6) >> 7) | (get_byte(hash, 7) << 1)) & 31))
        , 21, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, (get_byte(hash, 6) >> 2) & 31))
        , 22, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, ((get_byte(hash, 5) >> 5) | (get_byte(hash, 6) << 3)) & 31))
        , 23, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, get_byte(hash, 5) & 31))
        , 24, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, (get_byte(hash, 4) >> 3) & 31))
        , 25, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, ((get_byte(hash, 3) >> 6) | (get_byte(hash, 4) << 2)) & 31))
        , 26, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, (get_byte(hash, 3) >> 1) & 31))
        , 27, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, ((get_byte(hash, 2) >> 4) | (get_byte(hash, 3) << 4)) & 31))
        , 28, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, ((get_byte(hash, 1) >> 7) | (get_byte(hash, 2) << 1)) & 31))
        , 29, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, (get_byte(hash, 1) >> 2) & 31))
        , 30, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, ((get_byte(hash, 0) >> 5) | (get_byte(hash, 1) << 3)) & 31))
        , 31, get_byte('0123456789abcdfghijklmnpqrsvwxyz'::bytea, get_byte(hash, 0) & 31))
        , 'escape') || '-' || name
$$;
