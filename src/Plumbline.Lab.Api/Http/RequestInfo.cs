using Microsoft.AspNetCore.Http;

namespace Plumbline.Lab.Api.Http;

/// <summary>What a path under /api or /apis asks for.</summary>
internal sealed record RequestInfo(string Verb, string Group, string Version, string Resource, string Namespace, string Name, string Subresource)
{
    /// <summary>Null when the path names no resource.</summary>
    public static RequestInfo? Parse(string method, PathString path, IQueryCollection query)
    {
        var parts = (path.Value ?? "").Trim('/').Split('/');
        var (group, version, rest) = parts switch
        {
            ["api", var v, .. var more] => ("", v, more),
            ["apis", var g, var v, .. var more] => (g, v, more),
            _ => ("", "", []),
        };
        if (rest.Length == 0 || rest.Any(part => part.Length == 0))
        {
            return null;
        }

        var space = "";
        // namespaces/NAME and its subresources are the namespace itself; deeper paths are inside of it
        if (rest is ["namespaces", var name, not ("status" or "finalize"), ..])
        {
            space = name;
            rest = rest[2..];
        }

        if (rest.Length > 3)
        {
            return null;
        }

        var info = new RequestInfo("", group, version, rest[0], space, rest.Length > 1 ? rest[1] : "", rest.Length > 2 ? rest[2] : "");
        return info with { Verb = VerbOf(method, info.Name.Length > 0, IsTrue(query["watch"])) };
    }

    public static bool IsTrue(string? value) => value is "true" or "1" or "True" or "TRUE";

    private static string VerbOf(string method, bool isNamed, bool isWatch) => (method, isNamed) switch
    {
        ("GET" or "HEAD", _) when isWatch => "watch",
        ("GET" or "HEAD", true) => "get",
        ("GET" or "HEAD", false) => "list",
        ("POST", _) => "create",
        ("PUT", true) => "update",
        ("PATCH", true) => "patch",
        ("DELETE", true) => "delete",
        ("DELETE", false) => "deletecollection",
        _ => "",
    };
}
