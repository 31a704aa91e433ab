Feature: Provisioning
  Nodes are installed by hand and finished by Ansible; management guests are cloned by Ansible through the API, and
  Terraform stays out of the management plane.

  @req:PROV-01 @req:PROV-02
  Scenario Outline: The nodes were built as the workflow says
    When the site is audited
    Then every hypervisor satisfies <requirement>

    Examples:
      | requirement |
      | PROV-01     |
      | PROV-02     |

  @req:PROV-03 @req:PROV-06 @req:PROV-07
  Scenario Outline: The management plane is provisioned as the workflow says
    When the site is audited
    Then the management hypervisor satisfies <requirement>

    Examples:
      | requirement |
      | PROV-03     |
      | PROV-06     |
      | PROV-07     |

  @req:PROV-02 @req:PROV-03 @req:PROV-06 @req:PROV-07 @disposable @plant
  Scenario Outline: Another way of provisioning is found
    Given the management hypervisor has "<violation>"
    When the site is audited
    Then the management hypervisor fails <requirement>

    Examples:
      | violation                        | requirement |
      | the marker of another collection | PROV-02     |
      | the marker of another collection | PROV-07     |
      | a terraform binary               | PROV-03     |
      | a guest made by Terraform        | PROV-03     |
      | a revoked API token              | PROV-06     |
      | a guest installed from an ISO    | PROV-07     |

  @req:PROV-01 @disposable @plant
  Scenario: A node with a PXE entry in the inventory is found
    Given the inventory gives the tenant hypervisor "a PXE entry"
    When the site is audited
    Then the tenant hypervisor fails PROV-01
