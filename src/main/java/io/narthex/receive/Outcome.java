package io.narthex.receive;

import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemType;

/** What came of a NAR or narinfo that was sent, with all that its sender is to be told. */
public sealed interface Outcome {
    /** It is kept, and the cache did not have it. */
    record Created() implements Outcome {}

    /** The cache has it already; a narinfo's signatures are added to those that are there. */
    record Merged() implements Outcome {}

    /**
     * It is not taken, which is recorded.
     *
     * @param words a sentence for the person who sent it, in lower case where it does not begin with the name of a field
     */
    record Refused(Refusal reason, String words) implements Outcome {
        /** The words as they are told and recorded. */
        public String sentence() {
            return words.isEmpty() ? words : Character.toUpperCase(words.charAt(0)) + words.substring(1);
        }

        /** What the sender is told. */
        public Problem told() {
            return Problem.of(reason.problem(), sentence());
        }
    }

    /**
     * It is not what is sent to such a URL.
     *
     * @param sentence for the person who sent it
     */
    record Malformed(String sentence) implements Outcome {
        /** What the sender is told. */
        public Problem told() {
            return Problem.of(ProblemType.BAD_REQUEST, sentence);
        }
    }

    /**
     * It cannot be kept now, and is to be sent again.
     *
     * @param sentence for the person who sent it
     */
    record Unavailable(String sentence) implements Outcome {
        /** What the sender is told. */
        public Problem told() {
            return Problem.of(ProblemType.UNAVAILABLE, sentence);
        }
    }
}
