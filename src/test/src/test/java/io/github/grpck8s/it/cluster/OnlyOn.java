package io.github.grpck8s.it.cluster;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a test does can only be done to some kinds of clusters; on others it is reported
 * as skipped, with the reason.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@interface OnlyOn {

	/** Made of namespaces on this machine. */
	String OWN = "own";

	/** Made of containers in Docker. */
	String KIND = "kind";

	/**
	 * Kinds of clusters.
	 */
	String[] value();

	/**
	 * The reason.
	 */
	String because();

}
