using k8s;
using k8s.Models;
using Plumbline.Api.Schema;
using Plumbline.Generate.Crds;
using Plumbline.Testing;
using DescriptionAttribute = Plumbline.Api.Schema.DescriptionAttribute;

namespace Plumbline.Generate.Tests.Crds;

public sealed class CrdBuilderTests
{
    [Test]
    public void Kind_WithEveryAttribute_BecomesItsDefinition()
    {
        var expected = YamlManifests.Parse("""
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: things.example.com, labels: {app.kubernetes.io/name: plumbline, app.kubernetes.io/component: crds}}
            spec:
              group: example.com
              scope: Cluster
              names: {kind: Thing, listKind: ThingList, plural: things, singular: thing, shortNames: [th, tg], categories: [all]}
              versions:
              - name: v2
                served: true
                storage: true
                subresources: {status: {}}
                additionalPrinterColumns:
                - {name: Size, type: integer, jsonPath: .spec.size, description: How large}
                - {name: Age, type: date, jsonPath: .metadata.creationTimestamp, priority: 1}
                schema:
                  openAPIV3Schema:
                    type: object
                    required: [spec]
                    description: A thing & what it is.
                    x-kubernetes-validations:
                    - {rule: "size(self.metadata.name) < 9", message: too long}
                    properties:
                      apiVersion: {type: string, description: example.com/v2.}
                      kind: {type: string, description: Thing.}
                      metadata: {type: object}
                      spec:
                        type: object
                        required: [size]
                        description: What it is to be.
                        properties:
                          shared: {type: string, maxLength: 5, description: Said by the class below.}
                          size: {type: integer, format: int32, minimum: 1, maximum: 9, default: 3, description: Over two lines.}
                          word: {type: string, enum: [A, B], default: A, description: "See size, and nothing else."}
                          names: {type: array, minItems: 1, maxItems: 4, x-kubernetes-list-type: set, description: Names., items: {type: string, minLength: 2, maxLength: 7, pattern: "^a+$"}}
                          labels: {type: object, maxProperties: 2, description: Labels., additionalProperties: {type: string, maxLength: 6}}
                          parts:
                            type: array
                            maxItems: 3
                            x-kubernetes-list-type: map
                            x-kubernetes-list-map-keys: [name]
                            description: Its parts.
                            items:
                              type: object
                              required: [name]
                              x-kubernetes-validations: [{rule: "self.name != 'x'", message: not x}]
                              properties:
                                name: {type: string, description: Name., x-kubernetes-validations: [{rule: self == oldSelf, message: stays}]}
                          settings:
                            type: object
                            default: {}
                            description: Settings.
                            properties:
                              on: {type: boolean, default: false, description: On.}
                          selector:
                            type: object
                            description: Which.
                            properties:
                              name: {type: string, maxLength: 8, description: Of the stand-in.}
                      status:
                        type: object
                        description: What it is.
                        properties:
                          at: {type: string, format: date-time, description: When.}
                          count: {type: integer, format: int64, minimum: 0, description: How many.}
                          share: {type: number, format: double, description: How much.}
            """);

        var definition = new CrdBuilder(new DocComments()).Build(typeof(Thing));

        Assert.That(definition.ToString(), Is.EqualTo(expected.ToString()));
    }

    [TestCase(typeof(Boundless), "BoundlessSpec.Names", "[Items]")]
    [TestCase(typeof(Silent), "SilentSpec.Name", "doc comment")]
    [TestCase(typeof(Foreign), "Version", "[SchemaOf(typeof(Version))]")]
    [TestCase(typeof(Odd), "Decimal", "no counterpart")]
    [TestCase(typeof(Unkeyed), "Part", "title")]
    [TestCase(typeof(Part), "Part", "[KubernetesEntity]")]
    public void Kind_ThatSaysTooLittle_IsRefusedByName(Type kind, string names, string says) =>
        Assert.That(() => new CrdBuilder(new DocComments()).Build(kind), Throws.TypeOf<GenerateException>().With.Message.Contains(names).And.Message.Contains(says));

    /// <summary>A thing &amp; what it is.</summary>
    [KubernetesEntity(Group = "example.com", ApiVersion = "v2", Kind = "Thing", PluralName = "things")]
    [EntityScope(EntityScope.Cluster)]
    [StorageVersion]
    [KubernetesEntityShortNames("th", "tg")]
    [KubernetesEntityCategories("all")]
    [GenericAdditionalPrinterColumn(".spec.size", "Size", "integer", Description = "How large")]
    [GenericAdditionalPrinterColumn(".metadata.creationTimestamp", "Age", "date", Wide = true)]
    [ValidationRule("size(self.metadata.name) < 9", "too long")]
    private sealed class Thing
    {
        /// <summary>What it is to be.</summary>
        public ThingSpec? Spec { get; init; }

        public ThingStatus? Status { get; init; }
    }

    private class ThingBase
    {
        /// <summary>Not this one.</summary>
        [Length(0, 5)]
        public string? Shared { get; init; }
    }

    [Description(nameof(Shared), "Said by the class below.")]
    private sealed class ThingSpec : ThingBase
    {
        /// <summary>
        /// Over
        /// two lines.
        /// </summary>
        [Required]
        [RangeMinimum(1)]
        [RangeMaximum(9)]
        [DefaultValue(3)]
        public int? Size { get; init; }

        /// <summary>See <see cref="Size"/>, and <c>nothing</c> else.</summary>
        [EnumValues("A", "B")]
        [DefaultValue("A")]
        public string? Word { get; init; }

        /// <summary>Names.</summary>
        [Items(1, 4)]
        [XListType(XListType.Set)]
        [Length(2, 7)]
        [Pattern("^a+$")]
        public IReadOnlyList<string>? Names { get; init; }

        /// <summary>Labels.</summary>
        [PropertyLimits(2)]
        [Length(0, 6)]
        public IReadOnlyDictionary<string, string>? Labels { get; init; }

        /// <summary>Its parts.</summary>
        [Items(0, 3)]
        [XListMapKeys("name")]
        public IReadOnlyList<Part>? Parts { get; init; }

        /// <summary>Settings.</summary>
        [DefaultEmpty]
        public Settings? Settings { get; init; }

        /// <summary>Which.</summary>
        public Uri? Selector { get; init; }
    }

    /// <summary>What it is.</summary>
    private sealed class ThingStatus
    {
        /// <summary>When.</summary>
        public DateTimeOffset? At { get; init; }

        /// <summary>How many.</summary>
        [RangeMinimum(0)]
        public long? Count { get; init; }

        /// <summary>How much.</summary>
        public double? Share { get; init; }
    }

    [ValidationRule("self.name != 'x'", "not x")]
    private sealed class Part
    {
        /// <summary>Name.</summary>
        [ValidationRule("self == oldSelf", "stays")]
        public string? Name { get; init; }
    }

    private sealed class Settings
    {
        /// <summary>On.</summary>
        [DefaultValue(false)]
        public bool? On { get; init; }
    }

    [SchemaOf(typeof(Uri))]
    private sealed class UriSchema
    {
        /// <summary>Of the stand-in.</summary>
        [Length(0, 8)]
        public string? Name { get; init; }
    }

    /// <summary>X.</summary>
    [KubernetesEntity(Group = "example.com", Kind = "X", PluralName = "xs")]
    private sealed class Boundless
    {
        /// <summary>X.</summary>
        public BoundlessSpec? Spec { get; init; }
    }

    private sealed class BoundlessSpec
    {
        /// <summary>Names.</summary>
        public IReadOnlyList<string>? Names { get; init; }
    }

    /// <summary>X.</summary>
    [KubernetesEntity(Group = "example.com", Kind = "X", PluralName = "xs")]
    private sealed class Silent
    {
        /// <summary>X.</summary>
        public SilentSpec? Spec { get; init; }
    }

    private sealed class SilentSpec
    {
        public string? Name { get; init; }
    }

    /// <summary>X.</summary>
    [KubernetesEntity(Group = "example.com", Kind = "X", PluralName = "xs")]
    private sealed class Foreign
    {
        /// <summary>X.</summary>
        public Version? Spec { get; init; }
    }

    /// <summary>X.</summary>
    [KubernetesEntity(Group = "example.com", Kind = "X", PluralName = "xs")]
    private sealed class Odd
    {
        /// <summary>X.</summary>
        public decimal? Spec { get; init; }
    }

    /// <summary>X.</summary>
    [KubernetesEntity(Group = "example.com", Kind = "X", PluralName = "xs")]
    private sealed class Unkeyed
    {
        /// <summary>X.</summary>
        public UnkeyedSpec? Spec { get; init; }
    }

    private sealed class UnkeyedSpec
    {
        /// <summary>Parts.</summary>
        [Items(0, 1)]
        [XListMapKeys("title")]
        public IReadOnlyList<Part>? Parts { get; init; }
    }
}
