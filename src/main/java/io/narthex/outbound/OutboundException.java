package io.narthex.outbound;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Another server was not asked, or gave no answer that could be used. Its message is for an operator, without credentials. */
public abstract sealed class OutboundException extends IOException {
    private static final long serialVersionUID = 1;

    OutboundException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** The URL is none that may be asked: not http or https, without a host, or with a user in it. */
    public static final class BadUrl extends OutboundException {
        private static final long serialVersionUID = 1;

        BadUrl(String what) {
            super(what, null);
        }
    }

    /** The host has no address that may be connected to, or is none of those that may be asked for. */
    public static final class HostRefused extends OutboundException {
        private static final long serialVersionUID = 1;

        HostRefused(String host, String why) {
            super(host + " is not asked: " + why, null);
        }
    }

    /** A redirect leads from https to http, or there are too many of them. */
    public static final class RedirectRefused extends OutboundException {
        private static final long serialVersionUID = 1;

        RedirectRefused(URI from, String why) {
            super(from.getHost() + " redirects " + why, null);
        }
    }

    /** The answer is longer than it may be. */
    public static final class TooLong extends OutboundException {
        private static final long serialVersionUID = 1;

        TooLong(String host, long most) {
            super("the answer of " + host + " is longer than " + most + " bytes", null);
        }
    }

    /** The answer did not come in time. */
    public static final class TimedOut extends OutboundException {
        private static final long serialVersionUID = 1;

        TimedOut(String host, Duration limit, @Nullable Throwable cause) {
            super(host + " did not answer within " + limit.toMillis() + " ms", cause);
        }
    }

    /** The host cannot be found or connected to, or the connection broke. */
    public static final class Unreachable extends OutboundException {
        private static final long serialVersionUID = 1;

        Unreachable(String host, Throwable cause) {
            super(host + " cannot be reached: " + cause.getClass().getSimpleName() + " " + cause.getMessage(), cause);
        }
    }
}
