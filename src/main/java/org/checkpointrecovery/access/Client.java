package org.checkpointrecovery.access;

/**
 * Whom a token belongs to.
 *
 * @param name 1 to 64 letters, digits, dots, underscores and hyphens
 */
public record Client(String name, Role role) {
    @Override
    public String toString() {
        return name + " (" + role.text() + ")";
    }
}
