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
              from uploaded_path p
              where p.cache_id = ? and p.condemned_at is null%1$s
              order by p.%2$s desc offset 0) f
        where (select b.quarantined_at from blob b where b.id = f.blob_id) is null
          and not is_withheld(?, store_path_base_name(f.hash, f.name), f.nar_hash)
        limit ?
        """;

    private static final String LOCAL = """
        select f.hash, f.name, f.nar_size, f.indexed_at, null::timestamptz
        from (select p.hash, p.name, p.nar_size, p.indexed_at, p.nar_hash
              from local_path p
              where p.store_id = ? and p.quarantined_at is null%1$s
              order by p.%2$s desc offset 0) f
        where not is_withheld(?, store_path_base_name(f.hash, f.name), f.nar_hash)
        limit ?
        """;

    /** Of what was pushed. */
    static SearchStatement pushed(SearchOrder order) {
        return new SearchStatement(PUSHED.formatted("", order.pushedColumn()), List.of());
    }

    static SearchStatement pushed(Meaning meaning, SearchOrder order) {
        SearchStatement condition = meaning instanceof Meaning.NarFile file
                ? new SearchStatement("p.file_name = ?", List.of(file.name()))
                : condition(meaning);
        return condition.in(PUSHED, order.pushedColumn());
    }

    /** Of what a Nix store has. */
    static SearchStatement local(SearchOrder order) {
        return new SearchStatement(LOCAL.formatted("", order.localColumn()), List.of());
    }

    static SearchStatement local(Meaning meaning, SearchOrder order) {
        SearchStatement condition = meaning instanceof Meaning.NarFile file ? narHash(file.name()) : condition(meaning);
        return condition.in(LOCAL, order.localColumn());
    }

    private SearchStatement in(String select, String column) {
        return new SearchStatement(select.formatted(" and " + text, column), values);
    }

    private static SearchStatement condition(Meaning meaning) {
        return switch (meaning) {
            case Meaning.HashBeginning hash -> hash(hash.digits());
            case Meaning.NamePart part ->
                new SearchStatement("p.name ilike ?", List.of("%" + escaped(part.text()) + "%"));
            case Meaning.NameBeginning beginning -> beginning(beginning.text().toLowerCase(Locale.ROOT));
            case Meaning.NarFile file -> throw new IllegalArgumentException("each table names its files differently");
        };
    }

    private static SearchStatement beginning(String text) {
        return new SearchStatement(
                "lower(p.name) collate \"C\" >= ? and lower(p.name) collate \"C\" < ?",
                List.of(text, text + BEHIND_ALL));
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
            return new SearchStatement("false", List.of());
        }
    }
}
