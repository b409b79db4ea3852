// The register of lints, by specification. `scripts/new-lint` adds a line here.

extension LintSet {
    /// Every lint.
    public static let all: [Lint] = [
        .serialNumberIsPositive
    ]
}
