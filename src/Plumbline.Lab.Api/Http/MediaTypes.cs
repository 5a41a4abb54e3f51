using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;

namespace Plumbline.Lab.Api.Http;

internal enum ObjectForm
{
    /// <summary>The object as it is.</summary>
    Plain,

    /// <summary>Rows and columns, as <c>kubectl get</c> prints them.</summary>
    Table,

    /// <summary>Only the metadata.</summary>
    PartialMetadata,
}

/// <summary>The answer's form and encoding, negotiated from Accept.</summary>
internal readonly record struct MediaType(ObjectForm Form, bool IsYaml)
{
    /// <summary>Of the encoding alone: the form is not repeated.</summary>
    public string ContentType => IsYaml ? "application/yaml" : "application/json";

    /// <exception cref="ApiStatusException">406 when nothing that the client accepts can be served.</exception>
    public static MediaType Negotiate(HttpRequest request)
    {
        var offers = Offers(request);
        if (offers.Count == 0)
        {
            return new MediaType(ObjectForm.Plain, false);
        }

        foreach (var offer in offers)
        {
            if (Encoding(offer) is { } isYaml && FormOf(offer) is { } form)
            {
                return new MediaType(form, isYaml);
            }
        }

        throw Statuses.NotAcceptable();
    }

    /// <summary>Whether the client knows discovery as one aggregated document (v2).</summary>
    public static bool AcceptsAggregatedDiscovery(HttpRequest request)
    {
        foreach (var offer in Offers(request))
        {
            if (Parameter(offer, "as") == "APIGroupDiscoveryList")
            {
                if (Parameter(offer, "g") == "apidiscovery.k8s.io" && Parameter(offer, "v") == "v2")
                {
                    return true;
                }
            }
            else if (Encoding(offer) == false && Parameter(offer, "as") is null)
            {
                return false;
            }
        }

        return false;
    }

    public static bool Accepts(HttpRequest request, string mediaType) => Offers(request).Any(offer => offer.MediaType == mediaType);

    private static List<MediaTypeWithQualityHeaderValue> Offers(HttpRequest request)
    {
        var offers = new List<MediaTypeWithQualityHeaderValue>();
        foreach (var part in request.Headers.Accept.SelectMany(header => (header ?? "").Split(',')))
        {
            if (MediaTypeWithQualityHeaderValue.TryParse(part.Trim(), out var offer))
            {
                offers.Add(offer);
            }
        }

        return [.. offers.OrderByDescending(offer => offer.Quality ?? 1)];
    }

    private static bool? Encoding(MediaTypeHeaderValue offer) => offer.MediaType switch
    {
        "application/json" or "*/*" or "application/*" => false,
        "application/yaml" => true,
        _ => null,
    };

    private static ObjectForm? FormOf(MediaTypeHeaderValue offer) => (Parameter(offer, "as"), Parameter(offer, "g"), Parameter(offer, "v")) switch
    {
        (null, _, _) => ObjectForm.Plain,
        ("Table", "meta.k8s.io", "v1") => ObjectForm.Table,
        ("PartialObjectMetadata" or "PartialObjectMetadataList", "meta.k8s.io", "v1") => ObjectForm.PartialMetadata,
        _ => null,
    };

    private static string? Parameter(MediaTypeHeaderValue offer, string name) => offer.Parameters.FirstOrDefault(parameter => parameter.Name == name)?.Value;
}
