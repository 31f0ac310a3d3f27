package io.github.grpck8s.it.cluster;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Tests that break what all pods live on, or measure how quick something is: they run
 * when all the others have ended, one by one, and all of them share one installation.
 * Many calls may be open, so that none is held back when a third of them hangs.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@OnCluster
@Isolated
@Installed({ "client.rate=200", "client.extraProperties.example.client.max-in-flight=2000",
		"config.resilience.deadline=5s" })
@interface Alone {

}
