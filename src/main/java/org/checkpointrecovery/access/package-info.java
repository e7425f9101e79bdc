/**
 * The credentials of both sides: the tokens of clients, and the certificate with which the service proves its name. Their
 * files are read again when they change. Must not know HTTP.
 */
@NullMarked
package org.checkpointrecovery.access;

import org.jspecify.annotations.NullMarked;
