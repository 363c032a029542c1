package io.narthex.upstream;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** What an upstream is asked with: the value of an {@code Authorization} header. */
record Credentials(String authorization) {
    static Credentials basic(String username, String password) {
        byte[] both = (username + ":" + password).getBytes(StandardCharsets.UTF_8);
        return new Credentials("Basic " + Base64.getEncoder().encodeToString(both));
    }

    static Credentials bearer(String token) {
        return new Credentials("Bearer " + token);
    }

    byte[] toBytes() {
        return authorization.getBytes(StandardCharsets.UTF_8);
    }

    static Credentials ofBytes(byte[] bytes) {
        return new Credentials(new String(bytes, StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "***";
    }
}
