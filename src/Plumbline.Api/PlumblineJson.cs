using System.Text.Json.Serialization;

namespace Plumbline.Api;

/// <summary>
/// Our kinds as JSON. Every member of theirs is nullable or replaces a null: with generated code a member that is missing in the JSON
/// becomes the type's default, not what its initializer says. Missing stays missing, so that an applied object owns only what it sets.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(V1Alpha1Component))]
[JsonSerializable(typeof(V1Alpha1ConnectionMap))]
[JsonSerializable(typeof(V1Alpha1Connection))]
public sealed partial class PlumblineJson : JsonSerializerContext;
