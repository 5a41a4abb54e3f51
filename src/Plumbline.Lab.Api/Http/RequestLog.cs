namespace Plumbline.Lab.Api.Http;

/// <summary>One request to a resource, as authorization would see it. Meant for recording what rights a client really needs.</summary>
/// <param name="Verb">get, list, watch, create, update, patch, delete or deletecollection.</param>
/// <param name="Group">Empty for the core group.</param>
/// <param name="Namespace">Empty for requests to all namespaces and to cluster-wide kinds.</param>
/// <param name="Name">Empty for requests to a collection.</param>
/// <param name="Apply">A patch by server-side apply: where the object is not there yet, it takes the right to create it too.</param>
public sealed record ApiRequestRecord(string Verb, string Group, string Resource, string Subresource, string Namespace, string Name, string User, bool Apply);
