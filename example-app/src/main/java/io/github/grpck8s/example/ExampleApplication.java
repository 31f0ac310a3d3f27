package io.github.grpck8s.example;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/**
 * The users of a shop over gRPC: with the profile {@code server} it serves them, with
 * {@code client} it calls them, with both it does both.
 */
@SpringBootApplication
@ConfigurationPropertiesScan
public class ExampleApplication {

	/**
	 * Start the application.
	 * @param args properties as {@code --name=value}
	 */
	public static void main(String[] args) {
		SpringApplication.run(ExampleApplication.class, args);
	}

}
