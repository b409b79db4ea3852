// The guard against server-side request forgery, against the registries of IANA.

import PKIX
import RegistrationAuthority
import Testing

@Suite("Addresses that we connect to for others")
struct AddressPolicyTests {
    /// The IANA IPv4 and IPv6 special-purpose address registries, block by block, and the address spaces beside them.
    static let special = [
        "0.0.0.0/8", "0.0.0.0/32", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.0.0/29", "192.0.0.8/32", "192.0.0.9/32", "192.0.0.10/32", "192.0.0.170/32",
        "192.0.0.171/32", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "255.255.255.255/32",
        "224.0.0.0/4",
        "::1/128", "::/128", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64",
        "2001::/23", "2001::/32", "2001:1::1/128", "2001:1::2/128", "2001:1::3/128", "2001:2::/48", "2001:3::/32",
        "2001:4:112::/48", "2001:10::/28", "2001:20::/28", "2001:30::/28", "2001:db8::/32", "2002::/16",
        "2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10",
        "ff00::/8", "fec0::/10", "::/96", "::ffff:0:0:0/96",
    ]

    @Test(
        "The first, the last and a middle address of every special-purpose block are refused",
        arguments: AddressPolicyTests.special
    )
    func refusesSpecialBlocks(text: String) throws {
        let block = try AddressBlock(text)
        for fill: UInt8 in [0x00, 0xFF, 0x55] {
            let address = filled(block, with: fill)
            #expect(block.contains(address))
            let verdict = AddressPolicy().check(address: address)
            #expect(!verdict.isAdmitted, "\(IPAddress.text(of: address)) of \(block)")
        }
    }

    @Test(
        "The addresses on either side of the special blocks are admitted",
        arguments: [
            "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
            "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0",
            "192.0.1.255", "192.0.3.0", "192.31.195.255", "192.31.197.0", "192.52.192.255", "192.52.194.0",
            "192.88.98.255", "192.88.100.0", "192.167.255.255", "192.169.0.0", "192.175.47.255", "192.175.49.0",
            "198.17.255.255", "198.20.0.0", "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0",
            "223.255.255.255", "8.8.8.8",
            "2001:200::", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::",
            "2003::", "2620:4f:7fff:ffff:ffff:ffff:ffff:ffff", "2620:4f:8001::", "3ffe:ffff::1", "3fff:1000::",
            "2606:4700:4700::1111", "2a00:1450:4001:81b::200e",
        ]
    )
    func admitsNeighbours(text: String) throws {
        let address = try #require(IPAddress.bytes(of: text))
        #expect(AddressPolicy().check(address: address) == .admitted)
    }

    @Test(
        "IPv6 beyond 2000::/3 is refused, whoever may have it one day",
        arguments: [
            "1fff:ffff::1", "4000::", "0:1::", "64:ff9a::1", "101::", "5eff::1", "8000::1", "f000::1", "fbff::1",
        ]
    )
    func refusesUnallocated(text: String) throws {
        let address = try #require(IPAddress.bytes(of: text))
        #expect(!AddressPolicy().check(address: address).isAdmitted)
    }

    @Test(
        "The reason names the block's purpose and not the address",
        arguments: [
            ("10.1.2.3", "private use"), ("127.0.0.1", "loopback"), ("169.254.1.1", "link local"),
            ("224.0.0.251", "multicast"), ("100.64.0.1", "carriers"), ("203.0.113.9", "documentation"),
            ("0.1.2.3", "this network"), ("::ffff:8.8.8.8", "IPv4-mapped"), ("64:ff9b::808:808", "NAT64"),
            ("fd12::1", "unique local"), ("2002:808:808::1", "6to4"), ("169.254.169.254", "metadata"),
            ("fd00:ec2::254", "metadata"), ("168.63.129.16", "Azure"), ("100.100.100.200", "Alibaba"),
            ("fd20:ce::254", "Google"), ("169.254.170.2", "AWS"),
        ]
    )
    func namesThePurpose(text: String, purpose: String) throws {
        let address = try #require(IPAddress.bytes(of: text))
        guard case .refused(let reason) = AddressPolicy().check(address: address) else {
            Issue.record("\(text) is admitted")
            return
        }
        #expect(reason.contains(purpose))
        #expect(!reason.contains(IPAddress.text(of: address)))
    }

    @Test("What is allowed by block is admitted, and nothing beside it")
    func allows() throws {
        let policy = AddressPolicy(allowed: [try AddressBlock("10.1.0.0/16"), try AddressBlock("fd12::/16")])
        #expect(policy.check(address: [10, 1, 2, 3]).isAdmitted)
        #expect(!policy.check(address: [10, 2, 2, 3]).isAdmitted)
        #expect(policy.check(address: try #require(IPAddress.bytes(of: "fd12::9"))).isAdmitted)
        #expect(!policy.check(address: try #require(IPAddress.bytes(of: "fd13::9"))).isAdmitted)
        #expect(!policy.check(address: try #require(IPAddress.bytes(of: "::ffff:10.1.2.3"))).isAdmitted)
    }

    @Test(
        "A metadata service is admitted by its own address alone",
        arguments: [
            ("169.254.169.254", "169.254.0.0/16"), ("fd00:ec2::254", "fc00::/7"), ("168.63.129.16", "0.0.0.0/0"),
        ]
    )
    func metadataNeedsItsAddress(text: String, block: String) throws {
        let address = try #require(IPAddress.bytes(of: text))
        #expect(!AddressPolicy(allowed: [try AddressBlock(block)]).check(address: address).isAdmitted)
        #expect(AddressPolicy(allowed: [try AddressBlock(text)]).check(address: address).isAdmitted)
    }

    @Test(
        "Behind an embedding block that is allowed, the embedded address counts",
        arguments: [
            ("64:ff9b::/96", "64:ff9b::808:808", "64:ff9b::a00:1"),
            ("64:ff9b::/96", "64:ff9b::101:101", "64:ff9b::a9fe:a9fe"),
            ("2002::/16", "2002:808:808::1", "2002:7f00:1::1"), ("::/0", "::ffff:8.8.8.8", "::ffff:127.0.0.1"),
            ("::/0", "::8.8.8.8", "::127.0.0.1"), ("::/0", "::ffff:0:8.8.8.8", "::ffff:0:192.168.0.1"),
        ]
    )
    func embeddedAddressesCount(block: String, good: String, bad: String) throws {
        let policy = AddressPolicy(allowed: [try AddressBlock(block)])
        #expect(policy.check(address: try #require(IPAddress.bytes(of: good))).isAdmitted)
        #expect(!policy.check(address: try #require(IPAddress.bytes(of: bad))).isAdmitted)
    }

    @Test("What is refused by block is refused though it is allowed or public")
    func refuses() throws {
        let block = try AddressBlock("198.41.0.0/24")
        let policy = AddressPolicy(allowed: [try AddressBlock("198.41.0.4/32")], refused: [block])
        #expect(!policy.check(address: [198, 41, 0, 4]).isAdmitted)
        #expect(!policy.check(address: [198, 41, 0, 5]).isAdmitted)
        #expect(policy.check(address: [198, 41, 1, 4]).isAdmitted)
    }

    @Test("What is no address is refused", arguments: [0, 1, 3, 5, 15, 17, 64])
    func refusesOtherLengths(count: Int) {
        let policy = AddressPolicy(allowed: [])
        #expect(!policy.check(address: [UInt8](repeating: 8, count: count)).isAdmitted)
    }

    /// The block's address whose bits beyond the prefix are the pattern's.
    private func filled(_ block: AddressBlock, with pattern: UInt8) -> [UInt8] {
        block.octets.enumerated().map { index, octet in
            let kept = min(max(block.prefixLength - index * 8, 0), 8)
            return octet | (pattern & UInt8(truncatingIfNeeded: 0xFF >> kept))
        }
    }
}
