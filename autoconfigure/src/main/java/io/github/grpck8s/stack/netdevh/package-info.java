/**
 * The adapter of net.devh's grpc-spring-boot-starter: hands the features of the rooms to
 * its servers and channels. Nothing else in the house knows this stack.
 */
@NullMarked
package io.github.grpck8s.stack.netdevh;

import org.jspecify.annotations.NullMarked;
