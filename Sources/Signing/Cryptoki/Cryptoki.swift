// The port to PKCS#11 (OASIS PKCS#11 2.40 and 3.x, "Cryptoki"): the functions that we use, as Swift.

/// A PKCS#11 module.
///
/// Every method blocks the calling thread until the token answers, which on a network HSM may be long: call them
/// from a thread of their own (``Token`` does), never from the cooperative pool or an event loop.
///
/// All methods may be called from several threads at once, with these limits, which the caller keeps:
/// one session is used by one thread at a time; ``initializeToken(slot:soPIN:label:)`` runs alone
/// (``ModuleUsage/exclusively(_:)``); ``finalize()`` runs while no other method does. A ``Token`` that is the only user
/// of its module finalises and initialises it while it looks for a token that is away: whoever else calls the module
/// then must expect `CKR_CRYPTOKI_NOT_INITIALIZED`, or do so inside ``ModuleUsage/exclusively(_:)``.
///
/// A return value other than `CKR_OK` is thrown as ``SigningError`` with ``SigningError/returnValue`` set.
public protocol Cryptoki: Sendable {
    /// Who uses the module; the same object for the life of the module, and for every wrapper around it.
    var usage: ModuleUsage { get }

    /// `C_Initialize`, with locking by the operating system's primitives.
    func initialize() throws(SigningError)
    /// `C_Finalize`: every session and every login of this process ends.
    func finalize() throws(SigningError)
    /// `C_GetSlotList`: the slots that hold a token, initialised or not.
    func slots() throws(SigningError) -> [SlotID]
    /// `C_GetTokenInfo`.
    func tokenInfo(slot: SlotID) throws(SigningError) -> TokenInfo
    /// `C_InitToken`: wipes the token. The slot may have another number afterwards.
    func initializeToken(slot: SlotID, soPIN: PIN, label: String) throws(SigningError)
    /// `C_InitPIN`: sets the user's PIN, in a read-write session in which the security officer is logged in.
    func initializePIN(session: SessionHandle, pin: PIN) throws(SigningError)
    /// `C_OpenSession`.
    func openSession(slot: SlotID, readWrite: Bool) throws(SigningError) -> SessionHandle
    /// `C_CloseSession`.
    func closeSession(_ session: SessionHandle) throws(SigningError)
    /// `C_Login`: logs in every session that this process has, or will open, with the token.
    func login(session: SessionHandle, user: CryptokiUser, pin: PIN) throws(SigningError)
    /// `C_Logout`: logs out every session that this process has with the token.
    func logout(session: SessionHandle) throws(SigningError)
    /// `C_FindObjectsInit`, `C_FindObjects`, `C_FindObjectsFinal`: at most `limit` objects that match the template.
    func findObjects(
        session: SessionHandle,
        template: [Attribute],
        limit: Int
    ) throws(SigningError) -> [ObjectHandle]
    /// `C_GetAttributeValue`: those of the attributes that the object has and shows.
    func attributes(
        session: SessionHandle,
        object: ObjectHandle,
        types: [AttributeType]
    ) throws(SigningError) -> AttributeValues
    /// `C_GenerateKeyPair`.
    func generateKeyPair(
        session: SessionHandle,
        mechanism: Mechanism,
        publicTemplate: [Attribute],
        privateTemplate: [Attribute]
    ) throws(SigningError) -> (publicKey: ObjectHandle, privateKey: ObjectHandle)
    /// `C_SignInit` and `C_Sign`.
    func sign(
        session: SessionHandle,
        key: ObjectHandle,
        mechanism: Mechanism,
        data: [UInt8]
    ) throws(SigningError) -> [UInt8]
}
