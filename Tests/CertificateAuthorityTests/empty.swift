// Filled by the tests of the authority.
import Testing
