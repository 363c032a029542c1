package io.narthex.key;

/** @param entityTag another for each change */
record StoredPolicy(KeyPolicy policy, String entityTag) {}
