Feature: Future tenancy
  What the pages plan for tenants is reported as future until the site declares it done; it never fails before.

  @req:VLAN-01 @req:VLAN-02 @req:VLAN-03 @req:VLAN-04 @req:PROV-04 @req:PROV-05 @req:MAC-06
  Scenario Outline: A plan is reported as a plan
    When the site is audited
    Then <requirement> is reported as future on the tenant hypervisor

    Examples:
      | requirement |
      | VLAN-01     |
      | VLAN-02     |
      | VLAN-03     |
      | VLAN-04     |
      | PROV-04     |
      | PROV-05     |
      | MAC-06      |
