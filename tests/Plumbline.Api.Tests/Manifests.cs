using System.Text.Json;
using System.Text.Json.Nodes;
using Plumbline.Testing;

namespace Plumbline.Api.Tests;

/// <summary>YAML of the repository as the JSON that an API server would get.</summary>
internal static class Manifests
{
    public static T ReadAs<T>(string text) => YamlManifests.Parse(text).As<T>();

    public static T As<T>(this JsonNode json) =>
        (T)json.Deserialize(PlumblineJson.Default.GetTypeInfo(typeof(T))!)!;

    /// <summary>The CustomResourceDefinition of a kind.</summary>
    public static JsonObject Definition(string plural) => YamlManifests.Read(Repository.PathOf("deploy", "crds", $"plumbline.dev_{plural}.yaml")).Single();

    public static JsonObject Schema(string plural) =>
        Definition(plural)["spec"]!["versions"]!.AsArray().Single(v => (string?)v!["name"] == "v1alpha1")!["schema"]!["openAPIV3Schema"]!.AsObject();
}
