/**
 * The one way out: every request that this server sends to another one by HTTP, to upstreams, to issuers of tokens and for
 * their keys.
 *
 * <p>Entry points: {@link io.narthex.outbound.OutboundClient}, which fetches a document whole or opens an answer to be read;
 * {@link io.narthex.outbound.TrustedCertificates}, which says whom TLS trusts.
 *
 * <ul>
 *   <li>R1: a name is resolved once, its addresses are checked ({@link io.narthex.outbound.AddressPolicy}), and the connection
 *       goes to one that was checked, with the name in TLS. Nothing resolves it a second time.
 *   <li>R2: a redirect is a new request: checked anew, at most three, never from https to http, and credentials go to the
 *       origin that they belong to alone.
 *   <li>R3: every wait has an end and every document a size; what goes out is ours alone, nothing of a client's request.
 *   <li>R4: behind a proxy nothing is resolved here, so only hosts that a setting or a resource names are asked for.
 * </ul>
 *
 * <p>Out of scope: what is fetched and why; S3, which the AWS SDK speaks to; the database.
 */
@NullMarked
package io.narthex.outbound;

import org.jspecify.annotations.NullMarked;
