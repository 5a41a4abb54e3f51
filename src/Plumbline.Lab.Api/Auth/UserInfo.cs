using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Json;

namespace Plumbline.Lab.Api.Auth;

/// <summary>Who is asking, as authentication found out.</summary>
internal sealed record UserInfo(string Name, string Uid, IReadOnlyList<string> Groups, IReadOnlyDictionary<string, string> Extra)
{
    public static UserInfo Of(string name, params IReadOnlyList<string> groups) => new(name, "", [.. groups, "system:authenticated"], new Dictionary<string, string>());

    public JsonObject ToJson()
    {
        var user = new JsonObject { ["username"] = Name };
        if (Uid.Length > 0)
        {
            user["uid"] = Uid;
        }

        user["groups"] = JsonTree.ArrayOf(Groups);
        if (Extra.Count > 0)
        {
            user["extra"] = new JsonObject(Extra.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)new JsonArray(pair.Value))));
        }

        return user;
    }
}
