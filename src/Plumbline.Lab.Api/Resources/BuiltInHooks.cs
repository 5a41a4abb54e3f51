using System.Buffers.Binary;
using System.Net;
using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Schema;
using Plumbline.Lab.Api.Storage;

namespace Plumbline.Lab.Api.Resources;

/// <summary>What single built-in kinds need beyond storage. Runs inside the store's gate.</summary>
internal sealed class BuiltInHooks(ResourceRegistry registry, IPNetwork serviceNetwork)
{
    /// <summary>The dynamic part of the Service network: the addresses below are for those who ask for one by name (the API, cluster DNS).</summary>
    private const uint FirstDynamicAddress = 256;

    /// <summary>Completes an object that is about to be validated.</summary>
    public void Prepare(StoreTransaction transaction, ResourceDefinition resource, JsonObject tree, JsonObject? live, string now)
    {
        switch (resource.CollectionId)
        {
            case BuiltInResources.Namespaces:
                tree.Child("metadata").Child("labels")["kubernetes.io/metadata.name"] = tree.Text("metadata", "name");
                if (live is null)
                {
                    tree.Child("spec")["finalizers"] = new JsonArray("kubernetes");
                }

                break;
            case BuiltInResources.Services:
                AssignAddress(transaction, resource, tree, live.Map("spec"));
                break;
            case BuiltInResources.CustomResourceDefinitions:
                CustomResources.Default(tree);
                CustomResources.Establish(tree, now);
                break;
            default:
                break;
        }
    }

    public static IEnumerable<FieldError> Validate(ResourceDefinition resource, JsonObject tree)
    {
        switch (resource.CollectionId)
        {
            case BuiltInResources.CustomResourceDefinitions:
                return CustomResources.Read(tree).Errors;
            case BuiltInResources.Pods when tree.Items("spec", "containers") is not { Count: > 0 }:
                return [FieldError.Required("spec.containers")];
            case BuiltInResources.Services when tree.Text("spec", "type") != "ExternalName" && tree.Text("spec", "clusterIP") != "None" && tree.Items("spec", "ports") is not { Count: > 0 }:
                return [FieldError.Required("spec.ports")];
            default:
                return [];
        }
    }

    public void Written(ResourceDefinition resource, StoredObject item)
    {
        if (resource.CollectionId == BuiltInResources.CustomResourceDefinitions)
        {
            registry.Serve(item.Tree());
        }
    }

    public void Removed(ResourceDefinition resource, StoredObject item)
    {
        if (resource.CollectionId == BuiltInResources.CustomResourceDefinitions)
        {
            registry.Withdraw(item.Key.Name);
        }
    }

    private void AssignAddress(StoreTransaction transaction, ResourceDefinition resource, JsonObject tree, JsonObject? live)
    {
        var spec = tree.Child("spec");
        if (spec.Text("type") == "ExternalName")
        {
            return;
        }

        if (spec.Text("clusterIP") is not { Length: > 0 })
        {
            spec["clusterIP"] = spec.Items("clusterIPs") is [var first, ..] && first.Text() is { Length: > 0 } primary ? primary : live.Text("clusterIP") ?? FreeAddress(transaction);
        }

        spec["clusterIPs"] ??= new JsonArray(spec.Text("clusterIP"));
        CheckAddressIsFree(transaction, resource, tree, live);
    }

    private static void CheckAddressIsFree(StoreTransaction transaction, ResourceDefinition resource, JsonObject tree, JsonObject? live)
    {
        var address = tree.Text("spec", "clusterIP") ?? "";
        if (address == "None" || address == live.Text("clusterIP"))
        {
            return;
        }

        var name = tree.Text("metadata", "name") ?? "";
        if (transaction.Objects(BuiltInResources.Services).Values.Any(s => s.Fields.GetValueOrDefault("spec.clusterIP", "") == address && (s.Key.Name, s.Key.Namespace) != (name, tree.Text("metadata", "namespace") ?? "")))
        {
            throw Http.Statuses.Invalid(resource, name, [FieldError.Invalid("spec.clusterIPs", tree.Items("spec", "clusterIPs")?.DeepClone(), $"failed to allocate IP {address}: provided IP is already allocated")]);
        }
    }

    private string FreeAddress(StoreTransaction transaction)
    {
        var used = transaction.Objects(BuiltInResources.Services).Values.Select(service => service.Fields.GetValueOrDefault("spec.clusterIP", "")).ToHashSet(StringComparer.Ordinal);
        var first = BinaryPrimitives.ReadUInt32BigEndian(serviceNetwork.BaseAddress.GetAddressBytes());
        var size = 1u << (32 - serviceNetwork.PrefixLength);
        for (var offset = Math.Min(FirstDynamicAddress, size / 2); offset < size - 1; offset++)
        {
            var bytes = new byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(bytes, first + offset);
            var address = new IPAddress(bytes).ToString();
            if (!used.Contains(address))
            {
                return address;
            }
        }

        throw Http.Statuses.Internal("failed to allocate a serviceIP: range is full");
    }
}
