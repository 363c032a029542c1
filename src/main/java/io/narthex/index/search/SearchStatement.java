package io.narthex.index.search;

import io.narthex.index.search.SearchText.Meaning;
import io.narthex.nix.hash.NixBase32;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.hash.NixHash;
import java.util.List;
import java.util.Locale;

/**
 * A question to one table, or the condition of one.
 *
 * @param text SQL
 * @param values of its parameters, in order; those of the table's own question stand around them
 */
record SearchStatement(String text, List<Object> values) {
    /** The digits that {@code store_path_number} takes. */
    private static final int DIGITS = 11;

    private static final int BITS = 5;

    /** A character behind all those that a name may have. */
    private static final char BEHIND_ALL = '~';

    /**
     * The rows in their order are narrowed from outside, one by one until there are enough: what is looked up for each of them
     * would else be looked up for all.
     */
    private static final String PUSHED = """
        select f.hash, f.name, f.nar_size, f.published_at, f.last_used
        from (select p.hash, p.name, p.nar_size, p.published_at, p.last_used, p.nar_hash, p.blob_id
              from %1$s
              order by p.%2$s desc offset 0) f
        where (select b.quarantined_at from blob b where b.id = f.blob_id) is null
          and not is_withheld(?, store_path_base_name(f.hash, f.name), f.nar_hash)
        limit ?
        """;

    private static final String LOCAL = """
        select f.hash, f.name, f.nar_size, f.indexed_at, null::timestamptz
        from (select p.hash, p.name, p.nar_size, p.indexed_at, p.nar_hash
              from %1$s
              order by p.%2$s desc offset 0) f
        where not is_withheld(?, store_path_base_name(f.hash, f.name), f.nar_hash)
        limit ?
        """;

    private static final String PUSHED_PATHS = "uploaded_path p where p.cache_id = ? and p.condemned_at is null";

    /**
     * Of very many paths that have such a program the newest, in whichever order they are shown: a join of all of them would take
     * seconds.
     */
    private static final String PATHS_BY_PROGRAM = """
        (select g.path_id from path_program g where g.cache_id = ? and g.names ilike ?
                     order by g.path_id desc limit 1000) newest
                    join uploaded_path p on p.id = newest.path_id and p.condemned_at is null\
        """;

    private static final String LOCAL_PATHS = "local_path p where p.store_id = ? and p.quarantined_at is null";

    private static final String LOCAL_PATHS_BY_PROGRAM = """
        (select g.path_id from local_program g where g.store_id = ? and g.names ilike ?
                     order by g.path_id desc limit 1000) newest
                    join local_path p on p.id = newest.path_id and p.quarantined_at is null\
        """;

    private static final SearchStatement NOTHING = new SearchStatement("false", List.of());

    /** Of what was pushed. */
    static SearchStatement pushed(SearchOrder order) {
        return new SearchStatement(PUSHED.formatted(PUSHED_PATHS, order.pushedColumn()), List.of());
    }

    static SearchStatement pushed(Meaning meaning, SearchOrder order) {
        SearchStatement paths = switch (meaning) {
            case Meaning.NarFile file ->
                new SearchStatement("p.file_name = ?", List.of(file.name())).among(PUSHED_PATHS);
            case Meaning.Program program -> new SearchStatement(PATHS_BY_PROGRAM, List.of(pattern(program)));
            case Meaning.HashBeginning hash -> hash(hash.digits()).among(PUSHED_PATHS);
            case Meaning.NamePart part -> part(part.text()).among(PUSHED_PATHS);
            case Meaning.NameBeginning beginning -> beginning(beginning.text()).among(PUSHED_PATHS);
        };
        return new SearchStatement(PUSHED.formatted(paths.text, order.pushedColumn()), paths.values);
    }

    private static String pattern(Meaning.Program program) {
        return (program.isBeginning() ? "%/" : "%") + escaped(program.text()) + "%";
    }

    /** Of what a Nix store has. */
    static SearchStatement local(SearchOrder order) {
        return new SearchStatement(LOCAL.formatted(LOCAL_PATHS, order.localColumn()), List.of());
    }

    static SearchStatement local(Meaning meaning, SearchOrder order) {
        SearchStatement paths = switch (meaning) {
            case Meaning.NarFile file -> narHash(file.name()).among(LOCAL_PATHS);
            case Meaning.Program program -> new SearchStatement(LOCAL_PATHS_BY_PROGRAM, List.of(pattern(program)));
            case Meaning.HashBeginning hash -> hash(hash.digits()).among(LOCAL_PATHS);
            case Meaning.NamePart part -> part(part.text()).among(LOCAL_PATHS);
            case Meaning.NameBeginning beginning -> beginning(beginning.text()).among(LOCAL_PATHS);
        };
        return new SearchStatement(LOCAL.formatted(paths.text, order.localColumn()), paths.values);
    }

    /** Those of some paths that this is true of. */
    private SearchStatement among(String paths) {
        return new SearchStatement(paths + " and " + text, values);
    }

    private static SearchStatement part(String text) {
        return new SearchStatement("p.name ilike ?", List.of("%" + escaped(text) + "%"));
    }

    private static SearchStatement beginning(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return new SearchStatement(
                "lower(p.name) collate \"C\" >= ? and lower(p.name) collate \"C\" < ?",
                List.of(lower, lower + BEHIND_ALL));
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
    }

    private static SearchStatement hash(String digits) {
        String first = digits.substring(0, Math.min(DIGITS, digits.length()));
        long low = 0;
        for (int i = 0; i < first.length(); i++) {
            low = (low << BITS) | NixBase32.value(first.charAt(i));
        }
        int open = BITS * (DIGITS - first.length());
        long from = low << open;
        return new SearchStatement(
                "store_path_number(p.hash) between ? and ?" + " and starts_with(store_path_base_name(p.hash, ''), ?)",
                List.of(from, from + (1L << open) - 1, digits));
    }

    /** The NAR of a local path is named by its hash; what is not named so is no file of the store. */
    private static SearchStatement narHash(String fileName) {
        int end = fileName.indexOf('.');
        try {
            byte[] hash = NixHash.parse("sha256:" + fileName.substring(0, end)).bytes();
            return new SearchStatement("p.nar_hash = ?", List.of(hash));
        } catch (NixFormatException e) {
            return NOTHING;
        }
    }
}
