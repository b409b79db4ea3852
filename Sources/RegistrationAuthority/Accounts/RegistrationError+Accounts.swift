// What can be wrong with a request about an account or a key.

extension RegistrationError.Code {
    /// There is no account with this id.
    public static let accountNotFound = Self("ACCOUNT_NOT_FOUND")
    /// The caller has an account.
    public static let accountExists = Self("ACCOUNT_EXISTS")
    /// An account's name or contact is not one.
    public static let invalidAccount = Self("INVALID_ACCOUNT")
    /// The account is suspended.
    public static let accountSuspended = Self("ACCOUNT_SUSPENDED")
    /// Another key took the place of this one.
    public static let keyRetired = Self("KEY_RETIRED")
    /// Another key was offered without a proof by the present one.
    public static let keyChangeNotProven = Self("KEY_CHANGE_NOT_PROVEN")
}

extension RegistrationError {
    /// The answer to whoever acts for an account that may not act.
    static func suspended(_ account: String) -> Self {
        Self(.accountSuspended, "the account \(account) is suspended; turn to the operator of this registry")
    }
}
