/**
 * The numbers at {@code /metrics} of the management port: how often, how long, how many bytes, how many wait.
 *
 * <p>Entry points: {@link io.narthex.meter.Meters} makes counters, gauges and histograms for any feature; {@link
 * io.narthex.meter.RequestMeters} counts every request, whoever answers it.
 *
 * <ul>
 *   <li>R1: a meter exists from the start of the application, at 0, with every value that its labels can have.
 *   <li>R2: names follow Prometheus: {@code narthex_…_total}, {@code _seconds}, {@code _bytes}. In code they have dots, and
 *       neither {@code total} nor the unit of a timer, which Micrometer adds.
 *   <li>R3: a label has few values, known beforehand: never a tenant, a cache, a path or an address. Those of
 *       each cache, which an operator may ask for, are the exception: a {@link io.narthex.meter.MeterGroup} goes with its cache.
 *   <li>R4: counting costs the request nanoseconds and no object; what is dear is asked when somebody looks.
 *   <li>R5: {@code src/docs/metrics.md} lists every meter; a test compares.
 * </ul>
 *
 * <p>Out of scope: what others count beside us (the JVM, the connection pool, the threads of the server): {@code
 * wildfly-config/40-observability.cli} says which of it is shown.
 */
@NullMarked
package io.narthex.meter;

import org.jspecify.annotations.NullMarked;
