// Answers held against the schemas of `openapi.yaml`, by jsonschema for Python: a judge that is none of ours.

import Foundation
import HTTPTypes
import Synchronization
import Testing

@testable import WebAPI

/// Collects answers and has them judged.
final class AgentShapes: Sendable {
    private let answers = Mutex<[[String: String]]>([])

    /// Notes an answer to an operation, such as `POST /v2/ans/agents`.
    func note(_ answer: Answer, to operation: String) {
        self.answers.withLock {
            $0.append([
                "operation": operation, "status": String(answer.status),
                "type": answer.headers[.contentType] ?? "", "body": answer.body,
            ])
        }
    }

    /// Which operations were noted.
    var operations: Set<String> { self.answers.withLock { Set($0.compactMap { $0["operation"] }) } }

    /// Validates all answers; does nothing without Python's `openapi_spec_validator`, which brings jsonschema.
    func check() async throws {
        guard Tool.hasOpenAPIValidator else { return }
        let input: [String: Any] = [
            "document": String(decoding: PackageResources.openapi_yaml, as: UTF8.self),
            "answers": self.answers.withLock { $0 },
        ]
        let text = String(decoding: try JSONSerialization.data(withJSONObject: input), as: UTF8.self)
        let run = try await Tool.run("python3", ["-c", Self.script], input: text)
        #expect(run.status == 0, "\(run.output)")
    }

    private static let script = """
        import json, sys, yaml
        from jsonschema import Draft202012Validator
        given = json.load(sys.stdin)
        document = yaml.safe_load(given["document"])
        def resolve(node):
            while "$ref" in node:
                target = document
                for part in node["$ref"][2:].split("/"): target = target[part]
                node = target
            return node
        faults = []
        for answer in given["answers"]:
            method, path = answer["operation"].split(" ")
            responses = document["paths"][path][method.lower()]["responses"]
            response = resolve(responses.get(answer["status"], responses["default"]))
            if int(answer["status"]) < 400 and answer["status"] not in responses:
                faults.append(f"{answer['operation']}: {answer['status']} is not described")
            content = response["content"].get(answer["type"])
            if content is None:
                faults.append(f"{answer['operation']}: {answer['status']} has no {answer['type']}")
                continue
            schema = dict(content["schema"], components=document["components"])
            for error in Draft202012Validator(schema).iter_errors(json.loads(answer["body"])):
                faults.append(f"{answer['operation']} {answer['status']}: {error.json_path}: {error.message}")
        print("\\n".join(faults))
        sys.exit(1 if faults else 0)
        """
}
